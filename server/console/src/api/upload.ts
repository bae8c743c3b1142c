import { fromJsonString } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { Code, ConnectError } from '@connectrpc/connect';

import { AttributeUploadResponseSchema, type AttributeUploadResponse } from '@/gen/vigie/v1/attribution_service_pb';

import { csrfToken, sessionEnded } from './session_state';

const codes: Record<string, Code> = Object.fromEntries(
  Object.entries(Code)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => [name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase(), value as Code]),
);

interface WrittenError {
  code?: string;
  message?: string;
  details?: { type: string; value: string }[];
}

/** As the collector writes errors: {"code": "not_found", "message": "…", "details": […]}. */
export function uploadError(status: number, text: string): ConnectError {
  try {
    const { code = '', message = '', details = [] } = JSON.parse(text) as WrittenError;
    const error = new ConnectError(message, codes[code] ?? Code.Unknown);
    error.details = details.map(({ type, value }) => ({ type, value: base64Decode(value) }));
    return error;
  } catch {
    return new ConnectError('', status >= 500 ? Code.Unavailable : Code.Unknown);
  }
}

/** Of a collector that may be newer than this page. */
export function uploadAnswer(text: string): AttributeUploadResponse {
  try {
    return fromJsonString(AttributeUploadResponseSchema, text, { ignoreUnknownFields: true });
  } catch {
    throw new ConnectError('', Code.Internal);
  }
}

/** Gives the collector a file, whose name stays here. `onSent`: the share that has gone out. */
export function attributeFile(file: Blob, onSent: (share: number) => void, signal: AbortSignal): Promise<AttributeUploadResponse> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much has gone out
    request.open('POST', '/attribution');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('X-Vigie-CSRF', csrfToken());
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new ConnectError('', Code.Unavailable));
    request.onabort = () => reject(new ConnectError('', Code.Canceled));
    request.onload = () => {
      if (request.status === 401) sessionEnded();
      if (request.status !== 200) return reject(uploadError(request.status, request.responseText));
      try {
        return resolve(uploadAnswer(request.responseText));
      } catch (error) {
        return reject(error as ConnectError);
      }
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
