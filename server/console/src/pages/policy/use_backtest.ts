import { useEffect, useRef, useState } from 'react';

import { policies } from '@/api/clients';
import type { BacktestBlock, BacktestIncident, BacktestProgress, BacktestSummary } from '@/gen/vigie/v1/policy_service_pb';

export interface Backtest {
  running: boolean;
  progress?: BacktestProgress;
  incidents: BacktestIncident[];
  blocks: BacktestBlock[];
  summary?: BacktestSummary;
  error?: unknown;
}

const nothing: Backtest = { running: false, incidents: [], blocks: [] };

/** One at a time; it ends when the page is left. */
export function useBacktest() {
  const [state, setState] = useState<Backtest>(nothing);
  const stopper = useRef<AbortController>(null);
  useEffect(() => () => stopper.current?.abort(), []);

  const run = async (text: string) => {
    const control = new AbortController();
    stopper.current = control;
    setState({ ...nothing, running: true });
    const incidents: BacktestIncident[] = [];
    const blocks: BacktestBlock[] = [];
    try {
      for await (const { item } of policies.backtestPolicy({ text }, { signal: control.signal, timeoutMs: 0 })) {
        if (item.case === 'progress') setState((before) => ({ ...before, progress: item.value }));
        if (item.case === 'incident') incidents.push(item.value);
        if (item.case === 'block') blocks.push(item.value);
        if (item.case === 'summary') setState({ running: false, incidents, blocks, summary: item.value });
      }
      setState((before) => (before.running ? nothing : before));
    } catch (error) {
      setState(control.signal.aborted ? nothing : { ...nothing, error });
    }
  };
  return { backtest: state, run: (text: string) => void run(text), stop: () => stopper.current?.abort() };
}
