import { create } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';

import { fromLocalInput, toLocalInput } from '@/format/times';
import { DossierContentSchema, SubjectNotice, type BreachKind, type DossierContent } from '@/gen/vigie/v1/dossier_pb';

/** Before there were others, dossiers were in English. */
export const languageOf = ({ language }: DossierContent): string => language || 'en';

/** The content as form fields hold it. */
export interface DossierValues {
  title: string;
  language: string;
  awareAt: string;
  awareness: string;
  kinds: BreachKind[];
  nature: string;
  subjectCategories: string[];
  approximateSubjects: number | '';
  recordCategories: string[];
  approximateRecords: number | '';
  consequences: string;
  measures: string;
  contactName: string;
  contactEmail: string;
  contactPhone: string;
  delayReasons: string;
  authority: string;
  authorityReference: string;
  notNotifiedReason: string;
  subjectNotice: SubjectNotice;
  subjectNoticeReason: string;
  subjectsToldAt: string;
}

const numberOf = (value: bigint | undefined): number | '' => (value === undefined ? '' : Number(value));

export function valuesOf(content: DossierContent): DossierValues {
  return {
    title: content.title,
    language: languageOf(content),
    awareAt: content.awareAt ? toLocalInput(timestampDate(content.awareAt)) : '',
    awareness: content.awareness,
    kinds: content.kinds,
    nature: content.nature,
    subjectCategories: content.subjectCategories,
    approximateSubjects: numberOf(content.approximateSubjects),
    recordCategories: content.recordCategories,
    approximateRecords: numberOf(content.approximateRecords),
    consequences: content.consequences,
    measures: content.measures,
    contactName: content.contact?.name ?? '',
    contactEmail: content.contact?.email ?? '',
    contactPhone: content.contact?.phone ?? '',
    delayReasons: content.delayReasons,
    authority: content.authority,
    authorityReference: content.authorityReference,
    notNotifiedReason: content.notNotifiedReason,
    subjectNotice: content.subjectNotice,
    subjectNoticeReason: content.subjectNoticeReason,
    subjectsToldAt: content.subjectsToldAt ? toLocalInput(timestampDate(content.subjectsToldAt)) : '',
  };
}

type Moment = DossierContent['awareAt'];

// A field shows minutes: one that was not touched keeps its seconds.
function momentOf(text: string, before: Moment): Moment {
  if (before && toLocalInput(timestampDate(before)) === text) return before;
  const at = fromLocalInput(text);
  return at ? timestampFromDate(at) : undefined;
}

/** `before` is what the collector gave: its incidents stay. */
export function contentOf(values: DossierValues, before: DossierContent): DossierContent {
  const contact = { name: values.contactName, email: values.contactEmail, phone: values.contactPhone };
  return create(DossierContentSchema, {
    title: values.title,
    language: values.language === languageOf(before) ? before.language : values.language,
    incidentIds: before.incidentIds,
    awareAt: momentOf(values.awareAt, before.awareAt) ?? before.awareAt,
    awareness: values.awareness,
    kinds: [...values.kinds].sort((a, b) => a - b),
    nature: values.nature,
    subjectCategories: values.subjectCategories,
    approximateSubjects: values.approximateSubjects === '' ? undefined : BigInt(values.approximateSubjects),
    recordCategories: values.recordCategories,
    approximateRecords: values.approximateRecords === '' ? undefined : BigInt(values.approximateRecords),
    consequences: values.consequences,
    measures: values.measures,
    contact: Object.values(contact).some((text) => text !== '') ? contact : undefined,
    delayReasons: values.delayReasons,
    authority: values.authority,
    authorityReference: values.authorityReference,
    notNotifiedReason: values.notNotifiedReason,
    subjectNotice: values.subjectNotice,
    subjectNoticeReason: values.subjectNoticeReason,
    subjectsToldAt: momentOf(values.subjectsToldAt, before.subjectsToldAt),
  });
}
