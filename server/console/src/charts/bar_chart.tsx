import { useComputedColorScheme } from '@mantine/core';
import type { ECharts, EChartsCoreOption } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useFormats } from '@/i18n/use_formats';

import type { Bars } from './bars';
import classes from './bar_chart.module.css';

// Told apart by who sees few colours, too (after Okabe and Ito), in both schemes.
const colours = ['#1b8a9c', '#d9822b', '#7b61b0', '#c8453f', '#4c9f5e', '#4f79c4', '#b58900', '#a3527f', '#6b7785', '#2a9d8f'];

export function BarChart({ bars, label }: { bars: Bars; label: string }) {
  const element = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const formats = useFormats();
  const [chart, setChart] = useState<ECharts | null>(null);
  useEffect(() => {
    let made: ECharts | undefined;
    let gone = false;
    const watcher = new ResizeObserver(() => made?.resize());
    void import('./echarts_core').then(({ init }) => {
      if (gone || !element.current) return;
      made = init(element.current, undefined, { renderer: 'canvas' });
      watcher.observe(element.current);
      setChart(made);
    });
    return () => {
      gone = true;
      watcher.disconnect();
      made?.dispose();
      setChart(null);
    };
  }, []);
  // Merged into what is drawn, but for the series: the pointer's place and the legend's choice outlive new figures.
  useEffect(() => chart?.setOption(option(bars, formats), { replaceMerge: ['series'] }), [chart, bars, scheme, formats]);
  return (
    <figure className={classes.figure} aria-label={label}>
      <div ref={element} className={classes.chart} aria-hidden />
      <ChartTable bars={bars} label={label} />
    </figure>
  );
}

/** The same figures for who does not see the drawing; only periods in which something happened. */
function ChartTable({ bars, label }: { bars: Bars; label: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const busy = bars.times.map((at, index) => ({ at, index })).filter(({ index }) => bars.series.some((one) => (one.values[index] ?? 0) > 0));
  return (
    <details className={classes.table}>
      <summary>{t('chart.table')}</summary>
      <div className={classes.scroller} tabIndex={0} role="region" aria-label={label}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('chart.time')}</th>
              {bars.series.map((one) => (
                <th scope="col" key={one.name}>
                  {one.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {busy.map(({ at, index }) => (
              <tr key={at}>
                <th scope="row">{formats.minute(new Date(at))}</th>
                {bars.series.map((one) => (
                  <td key={one.name}>{formats.number(one.values[index] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

// The tooltip is drawn, not HTML: that would need inline styles.
function option(bars: Bars, formats: ReturnType<typeof useFormats>): EChartsCoreOption {
  const css = getComputedStyle(document.documentElement);
  const text = css.getPropertyValue('--mantine-color-text').trim();
  const dimmed = css.getPropertyValue('--mantine-color-dimmed').trim();
  const line = css.getPropertyValue('--line').trim();
  const surface = css.getPropertyValue('--surface').trim();
  const axis = { axisLabel: { color: dimmed, fontSize: 11 }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } };
  return {
    animation: false,
    color: colours,
    textStyle: { fontFamily: css.getPropertyValue('--mantine-font-family') },
    grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
    legend: { type: 'scroll', top: 0, left: 4, itemWidth: 10, itemHeight: 10, textStyle: { color: text, fontSize: 12 } },
    tooltip: { trigger: 'axis', renderMode: 'richText', backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 } },
    xAxis: { type: 'category', data: bars.times.map((at) => axisTime(at, bars, formats.language)), ...axis },
    yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: line } }, ...axis },
    series: bars.series.map((one) => ({ type: 'bar', stack: 'all', name: one.name, data: one.values, barMaxWidth: 26 })),
  };
}

function axisTime(at: number, bars: Bars, language: string): string {
  const step = (bars.times[1] ?? 0) - (bars.times[0] ?? 0);
  const span = step * bars.times.length;
  const day: Intl.DateTimeFormatOptions = { day: '2-digit', month: '2-digit' };
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hour12: false };
  const wanted = step >= 86_400_000 ? day : span > 86_400_000 ? { ...day, ...time } : time;
  return new Intl.DateTimeFormat(language, wanted).format(new Date(at));
}
