import { useMutation, useQueryClient } from '@tanstack/react-query';

import { errorKind } from '@/api/errors';
import { useTellIncident } from '@/api/live_incidents';
import type { Incident } from '@/gen/vigie/v1/incident_pb';

/** What comes back is shown at once; everything else about the incident is asked again, also if it was not as it was shown. */
export function useIncidentChange<Input>(id: string, change: (input: Input) => Promise<Incident>, onDone: () => void) {
  const tell = useTellIncident();
  const queries = useQueryClient();
  const askAgain = () => {
    void queries.invalidateQueries({ queryKey: ['incident', id] });
    void queries.invalidateQueries({ queryKey: ['incidents'] });
  };
  return useMutation({
    mutationFn: change,
    onSuccess: (changed) => {
      tell(changed);
      askAgain();
      onDone();
    },
    onError: (error) => {
      if (errorKind(error) === 'conflict') askAgain();
    },
  });
}
