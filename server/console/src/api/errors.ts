import { Code, ConnectError } from '@connectrpc/connect';

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

/** The collector's own words. */
export const errorText = (error: unknown): string => ConnectError.from(error).rawMessage;

export const isTransient = (error: unknown): boolean => ['unreachable', 'busy'].includes(errorKind(error));
