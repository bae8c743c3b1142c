import i18next from 'i18next';

/** Fields that are named in a refusal: those of the forms, where the contract calls them something else. */
const fieldKey = (field: string): string => `refusal_field.${field.replace('.', '_')}`;

const fieldName = (field: string): string => i18next.t(fieldKey(field) as never, { defaultValue: field }) as string;

// "nature, contact (a name, and email or phone)"
const fieldNames = (fields: string): string =>
  fields
    .split(/, (?![^()]*\))/)
    .map((field) => fieldName(field.replace(/ \(.*$/, '')))
    .join(', ');

const translated: Record<string, (value: string) => string> = {
  field: fieldName,
  fields: fieldNames,
  role: (role) => i18next.t(`role.${role}` as never, { defaultValue: role }) as string,
};

/** What a reason of the collector (ErrorDetail) says to people; nothing for one that this console does not know. */
export function refusalText(reason: string, parameters: Record<string, string>): string | undefined {
  const key = `refusal.${reason}`;
  if (!i18next.exists(key)) return undefined;
  const values = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, translated[name]?.(value) ?? value]));
  return i18next.t(key as never, { ...values, defaultValue: key }) as string;
}
