import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { useTranslation } from 'react-i18next';

import type { Channel } from '@/gen/vigie/v1/activity_pb';
import { useLabel } from '@/i18n/labels';
import { useFormats } from '@/i18n/use_formats';

interface BlockWords {
  channels: Channel[];
  user: string;
  host: string;
  until?: Timestamp | undefined;
}

/** Which ways out, of whom, where, until when. */
export function useBlockSentence(): (block: BlockWords) => string {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  return ({ channels, user, host, until }) => {
    const ways = formats.list(channels.map((channel) => label('channel', channel)));
    const who = user || t('response.everybody');
    const where = host ? t('response.on_host', { host }) : t('response.everywhere');
    return `${ways}: ${who}, ${where}, ${until ? t('response.until', { until: formats.minute(until) }) : t('response.until_closed')}`;
  };
}
