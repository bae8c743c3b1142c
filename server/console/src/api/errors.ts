import { Code, ConnectError } from '@connectrpc/connect';
import i18next from 'i18next';

import { ErrorDetailSchema } from '@/gen/vigie/v1/error_detail_pb';
import { refusalText } from '@/i18n/refusals';

export type ErrorKind = 'denied' | 'unsupported' | 'missing' | 'busy' | 'conflict' | 'unreachable' | 'refused' | 'failed';

const kinds: Partial<Record<Code, ErrorKind>> = {
  [Code.PermissionDenied]: 'denied',
  [Code.Unimplemented]: 'unsupported',
  [Code.NotFound]: 'missing',
  [Code.ResourceExhausted]: 'busy',
  [Code.Aborted]: 'conflict',
  [Code.Unavailable]: 'unreachable',
  [Code.DeadlineExceeded]: 'unreachable',
  [Code.InvalidArgument]: 'refused',
  [Code.FailedPrecondition]: 'refused',
};

/** fetch's word for that is a TypeError; a call's client wraps it. */
const nobodyAnswers = (error: unknown): boolean => error instanceof TypeError || (error instanceof ConnectError && error.cause instanceof TypeError);

export function errorKind(error: unknown): ErrorKind {
  if (nobodyAnswers(error)) return 'unreachable';
  const { code, rawMessage } = ConnectError.from(error);
  if (code === Code.NotFound && rawMessage.startsWith('there is no such method')) return 'unsupported';
  return kinds[code] ?? 'failed';
}

/** The collector's reason in the language of the page, if it gave one that is known here. */
export function reasonText(error: unknown): string | undefined {
  const [detail] = ConnectError.from(error).findDetails(ErrorDetailSchema);
  return detail && refusalText(detail.reason, detail.parameters);
}

const sayMore: ErrorKind[] = ['refused', 'failed', 'busy'];

/** Why, for people: the reason; else the collector's own words where they say more than the kind does; else the kind. */
export function errorText(error: unknown): string {
  const kind = errorKind(error);
  const own = sayMore.includes(kind) ? ConnectError.from(error).rawMessage : '';
  return reasonText(error) ?? (own || (i18next.t(`state.${kind}.text` as never) as string));
}

export const isTransient = (error: unknown): boolean => ['unreachable', 'busy'].includes(errorKind(error));
