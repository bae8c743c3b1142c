import { useMutation, useQueryClient } from '@tanstack/react-query';

import { useTellIncident } from '@/api/live_incidents';
import type { Incident } from '@/gen/vigie/v1/incident_pb';

/** What comes back is shown at once; everything else about the incident is asked again. */
export function useIncidentChange<Input>(change: (input: Input) => Promise<Incident>, onDone: () => void) {
  const tell = useTellIncident();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (changed) => {
      tell(changed);
      void queries.invalidateQueries({ queryKey: ['incident', changed.id] });
      void queries.invalidateQueries({ queryKey: ['incidents'] });
      onDone();
    },
  });
}
