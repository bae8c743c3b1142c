import { useRef, type UIEvent } from 'react';

import classes from './line_editor.module.css';

interface LineEditorProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  readOnly: boolean;
  /** Lines, from 1, that something is wrong with. */
  marked: ReadonlySet<number>;
  describedBy?: string;
}

/** Plain text with line numbers; the numbers scroll with it. */
export function LineEditor({ label, value, onChange, readOnly, marked, describedBy }: LineEditorProps) {
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split('\n').length;
  const follow = (event: UIEvent<HTMLTextAreaElement>) => {
    if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
  };
  return (
    <div className={classes.editor}>
      <div ref={gutter} className={classes.gutter} aria-hidden>
        {Array.from({ length: lines }, (_, index) => (
          <div key={index} data-marked={marked.has(index + 1)}>
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        className={classes.text}
        aria-label={label}
        aria-invalid={marked.size > 0}
        aria-describedby={describedBy}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onScroll={follow}
        readOnly={readOnly}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
      />
    </div>
  );
}
