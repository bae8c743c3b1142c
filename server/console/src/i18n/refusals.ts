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

/** What is wrong with a policy, why a destination takes nothing or an index cannot be used: the same of their reasons; else the collector's own words. */
export function problemText(group: 'policy_problem' | 'delivery_problem' | 'index_problem', detail: { reason: string; parameters: Record<string, string> } | undefined, message: string): string {
  const key = `${group}.${detail?.reason}`;
  if (!detail || !i18next.exists(key)) return message;
  const text = i18next.t(key as never, { ...detail.parameters, defaultValue: message }) as string;
  return detail.parameters.owner ? `${text} (${detail.parameters.owner})` : text;
}

/** What a reason of the collector (ErrorDetail) says to people; nothing for one that this console does not know. */
export function refusalText(reason: string, parameters: Record<string, string>): string | undefined {
  const key = `refusal.${reason}`;
  if (!i18next.exists(key)) return undefined;
  const values = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, translated[name]?.(value) ?? value]));
  return i18next.t(key as never, { ...values, defaultValue: key }) as string;
}
