import { flexRender, getCoreRowModel, getSortedRowModel, useReactTable, type ColumnDef, type Header, type Row, type SortingState } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconArrowDown, IconArrowUp } from '@/components/icons';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';

import classes from './data_table.module.css';

export type Column<T> = ColumnDef<T, never> & { meta?: { numeric?: boolean } };

interface DataTableProps<T> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  rowId: (row: T) => string;
  /** Enter or a click on a row. */
  onOpen?: (row: T) => void;
  sorting?: SortingState;
  /** Of the visible part, in CSS; rows beyond it scroll. */
  height?: string;
  /** Of rows that come by pages, sorted elsewhere: what they are sorted by, and who is told of another wish. */
  sortedBy?: { sorting: SortingState; onChange: (sorting: SortingState) => void };
  /** The last rows have come into view. */
  onEnd?: (() => void) | undefined;
}

const rowHeight = 38;

/** A table of any length: only the rows in view are in the document. Columns say their width by `size`, in pixels; the rest is shared. */
export function DataTable<T>({ label, rows, columns, rowId, onOpen, sorting: first = [], height = 'calc(100vh - 250px)', sortedBy, onEnd }: DataTableProps<T>) {
  const [sorting, setSorting] = useState<SortingState>(first);
  const scroller = useRef<HTMLDivElement>(null);
  const table = useReactTable({
    data: rows,
    columns: columns as ColumnDef<T>[],
    state: { sorting: sortedBy?.sorting ?? sorting },
    onSortingChange: (change) => {
      const wanted = typeof change === 'function' ? change(sortedBy?.sorting ?? sorting) : change;
      (sortedBy?.onChange ?? setSorting)(wanted);
    },
    manualSorting: sortedBy !== undefined,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  const sorted = table.getRowModel().rows;
  const virtual = useVirtualizer({ count: sorted.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });
  const lastShown = virtual.getVirtualItems().at(-1)?.index ?? -1;
  const atEnd = lastShown >= sorted.length - 1;
  useEffect(() => {
    if (atEnd) onEnd?.();
  }, [atEnd, onEnd]);
  const template = columns.map((column) => `minmax(${column.size ?? 120}px, ${column.size ?? 120}fr)`).join(' ');
  const width = columns.reduce((sum, column) => sum + (column.size ?? 120), 0);

  return (
    <div ref={scroller} className={classes.scroller} style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={label}>
      <div role="table" aria-label={label} aria-rowcount={sorted.length + 1} style={{ minWidth: width }}>
        <div role="rowgroup" className={classes.head}>
          {table.getHeaderGroups().map((group) => (
            <div role="row" key={group.id} aria-rowindex={1} className={classes.row} style={{ gridTemplateColumns: template }}>
              {group.headers.map((header) => (
                <HeaderCell key={header.id} header={header} />
              ))}
            </div>
          ))}
        </div>
        <div role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = sorted[item.index];
            return row && <BodyRow key={row.id} row={row} index={item.index} start={item.start} template={template} onOpen={onOpen} />;
          })}
        </div>
      </div>
    </div>
  );
}

const isNumeric = (definition: object): boolean => (definition as { meta?: { numeric?: boolean } }).meta?.numeric === true;

function HeaderCell<T>({ header }: { header: Header<T, unknown> }) {
  const sorted = header.column.getIsSorted();
  const order = sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none';
  const text = flexRender(header.column.columnDef.header, header.getContext());
  const canSort = header.column.getCanSort();
  return (
    <div role="columnheader" className={classes.cell} data-numeric={isNumeric(header.column.columnDef)} aria-sort={canSort ? order : undefined}>
      {canSort ? (
        <button type="button" className={classes.sort} onClick={header.column.getToggleSortingHandler()}>
          {text}
          {sorted === 'asc' && <IconArrowUp size={13} aria-hidden />}
          {sorted === 'desc' && <IconArrowDown size={13} aria-hidden />}
        </button>
      ) : (
        text
      )}
    </div>
  );
}

interface BodyRowProps<T> {
  row: Row<T>;
  index: number;
  start: number;
  template: string;
  onOpen: ((row: T) => void) | undefined;
}

function BodyRow<T>({ row, index, start, template, onOpen }: BodyRowProps<T>) {
  const open = () => onOpen?.(row.original);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target === event.currentTarget) open();
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes.row}
      data-opens={onOpen !== undefined}
      tabIndex={onOpen ? 0 : undefined}
      onClick={onOpen && open}
      onKeyDown={onOpen && onKeyDown}
      style={{ gridTemplateColumns: template, height: rowHeight, transform: `translateY(${start}px)` }}
    >
      {row.getVisibleCells().map((cell) => (
        <div role="cell" key={cell.id} className={classes.cell} data-numeric={isNumeric(cell.column.columnDef)}>
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </div>
      ))}
    </div>
  );
}
