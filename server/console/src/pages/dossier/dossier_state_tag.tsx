import { Tag, type Tone } from '@/components/badges';
import { DossierState } from '@/gen/vigie/v1/dossier_pb';
import { useLabel } from '@/i18n/labels';

const tones: Record<number, Tone> = { [DossierState.DRAFT]: 'medium', [DossierState.SUBMITTED]: 'good' };

export const DossierStateTag = ({ state }: { state: DossierState }) => <Tag tone={tones[state] ?? 'low'}>{useLabel()('dossier_state', state)}</Tag>;
