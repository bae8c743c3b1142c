import { Checkbox, Group, NumberInput, Select, Stack as Pile, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { Section } from '@/components/page';
import type { BreachKind, SubjectNotice } from '@/gen/vigie/v1/dossier_pb';
import { languageNames, languages } from '@/i18n';
import { choices, useLabel } from '@/i18n/labels';

import type { DossierValues } from './dossier_form_values';

interface FormProps {
  values: DossierValues;
  change: (part: Partial<DossierValues>) => void;
  readOnly: boolean;
}

type FieldText = 'title' | 'awareness' | 'nature' | 'consequences' | 'measures' | 'contact_name' | 'contact_email' | 'contact_phone' | 'authority' | 'authority_reference' | 'delay_reasons' | 'not_notified_reason' | 'subject_notice_reason';
type TextKey = { [K in keyof DossierValues]: DossierValues[K] extends string ? K : never }[keyof DossierValues];

export function DossierForm(props: FormProps) {
  return (
    <>
      <Awareness {...props} />
      <Nature {...props} />
      <Effects {...props} />
      <Contact {...props} />
      <Authority {...props} />
      <Subjects {...props} />
    </>
  );
}

interface TextFieldProps extends FormProps {
  name: TextKey;
  text: FieldText;
  long?: boolean;
}

function TextField({ values, change, readOnly, name, text, long }: TextFieldProps) {
  const { t } = useTranslation();
  const common = { label: t(`dossier.field.${text}`), value: values[name], readOnly };
  if (!long) return <TextInput {...common} maxLength={256} onChange={(event) => change({ [name]: event.currentTarget.value })} />;
  return <Textarea {...common} maxLength={8000} autosize minRows={2} maxRows={12} onChange={(event) => change({ [name]: event.currentTarget.value })} />;
}

function Awareness(props: FormProps) {
  const { t } = useTranslation();
  return (
    <Section title={t('dossier.part.awareness')}>
      <Pile gap="sm">
        <TextField {...props} name="title" text="title" />
        <Select
          label={t('dossier.field.language')}
          description={props.readOnly ? undefined : t('dossier.language_text')}
          data={languages.map((value) => ({ value, label: languageNames[value] }))}
          value={props.values.language}
          onChange={(language) => language && props.change({ language })}
          readOnly={props.readOnly}
          allowDeselect={false}
        />
        <TextInput
          label={t('dossier.field.aware_at')}
          type="datetime-local"
          value={props.values.awareAt}
          readOnly={props.readOnly}
          onChange={(event) => props.change({ awareAt: event.currentTarget.value })}
          maw={260}
        />
        <TextField {...props} name="awareness" text="awareness" long />
      </Pile>
    </Section>
  );
}

function Nature(props: FormProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const { values, change, readOnly } = props;
  return (
    <Section title={t('dossier.part.nature')}>
      <Pile gap="sm">
        <Checkbox.Group label={t('dossier.field.kinds')} value={values.kinds.map(String)} onChange={(kinds) => change({ kinds: kinds.map((kind) => Number(kind) as BreachKind) })}>
          <Group mt={6}>
            {choices('breach').map(({ value }) => (
              <Checkbox key={value} value={value} label={label('breach', Number(value))} disabled={readOnly} />
            ))}
          </Group>
        </Checkbox.Group>
        <TextField {...props} name="nature" text="nature" long />
        <Group grow align="flex-start">
          <Categories {...props} name="subjectCategories" text="subject_categories" />
          <Count {...props} name="approximateSubjects" text="approximate_subjects" />
        </Group>
        <Group grow align="flex-start">
          <Categories {...props} name="recordCategories" text="record_categories" />
          <Count {...props} name="approximateRecords" text="approximate_records" />
        </Group>
      </Pile>
    </Section>
  );
}

interface CategoriesProps extends FormProps {
  name: 'subjectCategories' | 'recordCategories';
  text: 'subject_categories' | 'record_categories';
}

function Categories({ values, change, readOnly, name, text }: CategoriesProps) {
  const { t } = useTranslation();
  return (
    <TagsInput
      label={t(`dossier.field.${text}`)}
      placeholder={readOnly ? undefined : t('dossier.list_hint')}
      value={values[name]}
      onChange={(list) => change({ [name]: list })}
      readOnly={readOnly}
      maxTags={50}
    />
  );
}

interface CountProps extends FormProps {
  name: 'approximateSubjects' | 'approximateRecords';
  text: 'approximate_subjects' | 'approximate_records';
}

function Count({ values, change, readOnly, name, text }: CountProps) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={t(`dossier.field.${text}`)}
      placeholder={t('dossier.unknown_yet')}
      value={values[name]}
      onChange={(value) => change({ [name]: value === '' ? '' : Number(value) })}
      readOnly={readOnly}
      min={0}
      max={1_000_000_000_000}
      allowNegative={false}
      allowDecimal={false}
      hideControls
      thousandSeparator=" "
    />
  );
}

function Effects(props: FormProps) {
  const { t } = useTranslation();
  return (
    <Section title={t('dossier.part.consequences')}>
      <Pile gap="sm">
        <TextField {...props} name="consequences" text="consequences" long />
        <TextField {...props} name="measures" text="measures" long />
      </Pile>
    </Section>
  );
}

function Contact(props: FormProps) {
  const { t } = useTranslation();
  return (
    <Section title={t('dossier.part.contact')}>
      <Group grow align="flex-start">
        <TextField {...props} name="contactName" text="contact_name" />
        <TextField {...props} name="contactEmail" text="contact_email" />
        <TextField {...props} name="contactPhone" text="contact_phone" />
      </Group>
    </Section>
  );
}

function Authority(props: FormProps) {
  const { t } = useTranslation();
  return (
    <Section title={t('dossier.part.authority')}>
      <Pile gap="sm">
        <Group grow align="flex-start">
          <TextField {...props} name="authority" text="authority" />
          <TextField {...props} name="authorityReference" text="authority_reference" />
        </Group>
        <TextField {...props} name="delayReasons" text="delay_reasons" long />
        <TextField {...props} name="notNotifiedReason" text="not_notified_reason" long />
      </Pile>
    </Section>
  );
}

function Subjects(props: FormProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const { values, change, readOnly } = props;
  const notices = [{ value: '0', label: label('notice', 0) }, ...choices('notice')];
  return (
    <Section title={t('dossier.part.subjects')}>
      <Pile gap="sm">
        <Group grow align="flex-start">
          <Select
            label={t('dossier.field.subject_notice')}
            data={notices}
            value={String(values.subjectNotice)}
            onChange={(value) => change({ subjectNotice: Number(value ?? 0) as SubjectNotice })}
            readOnly={readOnly}
            allowDeselect={false}
          />
          <TextInput
            label={t('dossier.field.subjects_told_at')}
            type="datetime-local"
            value={values.subjectsToldAt}
            readOnly={readOnly}
            onChange={(event) => change({ subjectsToldAt: event.currentTarget.value })}
          />
        </Group>
        <TextField {...props} name="subjectNoticeReason" text="subject_notice_reason" long />
      </Pile>
    </Section>
  );
}
