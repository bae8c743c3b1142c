import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from 'vitest';

import { toCsv } from '@/format/csv';
import { Channel } from '@/gen/vigie/v1/activity_pb';
import { EventSchema } from '@/gen/vigie/v1/event_pb';
import { IncidentSchema } from '@/gen/vigie/v1/incident_pb';

import { affectedBy, letterRows } from './affected';
import { ledgersIn } from './data_of';
import { LedgerError, ledgerFault, readLedger } from './ledger';
import { recordIds } from './record_set';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

// As the format says.
const small = bytes('3a300000010000000000020010000000010002000300'); // 1, 2, 3
const runs = bytes('3b3000000100000f00010001000f00'); // 1 to 16, as a run

describe('record sets', () => {
  test('are read as CRoaring writes them', () => {
    expect(recordIds(new Uint8Array())).toEqual([]);
    expect(recordIds(small)).toEqual([1, 2, 3]);
    expect(recordIds(runs)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });

  test('a container of many is a bitmap, and the next one begins behind it', () => {
    const set = new Uint8Array(8 + 8 + 8 + 8192 + 2);
    const view = new DataView(set.buffer);
    view.setUint32(0, 12346, true);
    view.setUint32(4, 2, true);
    [0, 4999, 1, 0].forEach((value, index) => view.setUint16(8 + 2 * index, value, true));
    set.fill(255, 24, 24 + 625);
    view.setUint16(24 + 8192, 7, true);
    const ids = recordIds(set);
    expect(ids.length).toBe(5001);
    expect(ids.slice(-2)).toEqual([4999, 0x10007]);
  });

  test('what is none is refused', () => {
    expect(() => recordIds(bytes('00112233'))).toThrow(RangeError);
    expect(() => recordIds(small.slice(0, 18))).toThrow(RangeError);
  });
});

const ledger = (lines: string[]) => new Blob([lines.map((line) => `${line},0011223344556677\n`).join('')]);
const whole = ['vigie-ledger 2', 'id,00ff', 'record,1,C0001', 'record,2,a%2Cb%25', 'record,3,=cmd()', 'canary,2,yes', 'canary,3,yes', 'canary,3,no', 'end,8'];

describe('the ledger', () => {
  test('names those who are asked for, and nobody else', async () => {
    const { id, keys, canaries } = await readLedger(ledger(whole), new Set([2, 3, 9]));
    expect(id).toBe('00ff');
    expect([...canaries]).toEqual([2]);
    expect([...keys]).toEqual([[2, 'a,b%'], [3, '=cmd()']]);
  });

  test.each([
    ['no_ledger', ['name,mail', 'x,y']],
    ['no_ledger', []],
    ['cut_off', whole.slice(0, 4)],
    ['damaged', [...whole.slice(0, 3), 'end,6']],
    ['damaged', [...whole, 'record,4,D']],
  ])('says when it is %s', async (fault, lines) => {
    await expect(readLedger(ledger(lines), new Set([1]))).rejects.toEqual(new LedgerError(fault as never));
  });
});

describe('whose records they are', () => {
  test('is told by the events that hold some', () => {
    const event = create(EventSchema, { inspection: { customers: { ledger: 'a', records: small }, customersOfOtherLedgers: [{ ledger: 'b', records: runs }] } });
    const empty = create(EventSchema, { inspection: { customers: { ledger: 'c' } } });
    const untold = create(EventSchema, { inspection: { customers: { records: small } } });
    expect(ledgersIn([event, event, empty, create(EventSchema)])).toEqual(['a', 'b']);
    expect(ledgersIn([untold])).toEqual(['']);
  });

  test.each([
    ['other_ledger', 'a', ['b']],
    ['other_ledger', 'a', ['', 'b']],
    ['several_ledgers', 'a', ['a', 'b']],
    ['several_ledgers', '', ['a', 'b']],
    [undefined, 'a', ['a']],
    [undefined, 'a', ['', 'a']],
    [undefined, 'a', []],
    [undefined, '', ['a']],
  ])('decides: %s', (fault, id, ledgers) => {
    expect(ledgerFault(id, ledgers)).toBe(fault);
  });
});

test('letters: one for each customer, over all incidents, and no cell is a formula', () => {
  const at = (date: string) => timestampFromDate(new Date(date));
  const first = create(IncidentSchema, { id: 'inc-1', records: small, channels: [Channel.PRINT], firstEventAt: at('2026-01-02T10:00:00Z'), lastEventAt: at('2026-01-03T10:00:00Z') });
  const second = create(IncidentSchema, { id: 'inc-2', records: runs, channels: [Channel.EMAIL], firstEventAt: at('2026-01-01T10:00:00Z'), lastEventAt: at('2026-01-01T11:00:00Z') });
  const affected = affectedBy([first, second]);
  expect(affected.length).toBe(16);
  const rows = letterRows(affected, { id: '', keys: new Map([[2, 'CANARY'], [3, '=cmd()'], [16, '+33 6']]), canaries: new Set([2]) }, (channel) => Channel[channel], 'email_address');
  expect(rows).toEqual([
    ['=cmd()', 'inc-1 inc-2', '2026-01-01', '2026-01-03', 'EMAIL; PRINT', 'email_address'],
    ['+33 6', 'inc-2', '2026-01-01', '2026-01-01', 'EMAIL', 'email_address'],
  ]);
  const csv = toCsv(['customer'], rows);
  expect(csv).toContain("\r\n'=cmd(),");
  expect(csv).toContain("\r\n'+33 6,");
});
