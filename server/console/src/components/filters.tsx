import { Select } from '@mantine/core';
import type { ReactNode } from 'react';

import { choices, type LabelGroup } from '@/i18n/labels';
import { useTranslation } from 'react-i18next';

import classes from './filters.module.css';

export const Filters = ({ children, end }: { children: ReactNode; end?: ReactNode }) => (
  <div className={classes.filters} role="search">
    {children}
    {end && (
      <span className={classes.end} role="status">
        {end}
      </span>
    )}
  </div>
);

interface EnumSelectProps {
  label: string;
  group: LabelGroup;
  any: string;
  /** 0 = any. */
  value: number;
  onChange: (value: number) => void;
}

export function EnumSelect({ label, group, any, value, onChange }: EnumSelectProps) {
  useTranslation();
  return (
    <Select
      label={label}
      placeholder={any}
      data={choices(group)}
      value={value === 0 ? null : String(value)}
      onChange={(chosen) => onChange(Number(chosen ?? 0))}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': any }}
    />
  );
}
