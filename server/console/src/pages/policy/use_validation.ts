import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { policies } from '@/api/clients';

/** What the collector says of the text, a moment after the last key. */
export function useValidation(text: string, enabled: boolean) {
  const [settled] = useDebouncedValue(text, 350);
  const query = useQuery({
    queryKey: ['policy', 'validation', settled],
    queryFn: ({ signal }) => policies.validatePolicy({ text: settled }, { signal }),
    enabled: enabled && settled !== '',
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return { ...query, checking: settled !== text || query.isPlaceholderData || query.isLoading };
}
