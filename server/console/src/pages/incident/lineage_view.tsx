import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { Section } from '@/components/page';
import type { Event } from '@/gen/vigie/v1/event_pb';
import { label } from '@/i18n/labels';

import { activityOf, lastName } from './event_facts';
import { lineageGraph, type GraphEdge, type GraphNode } from './lineage_graph';
import classes from './lineage_view.module.css';

const width = 190;
const height = 46;
const gapX = 60;
const gapY = 14;

const left = (node: GraphNode) => node.column * (width + gapX);
const top = (node: GraphNode) => node.row * (height + gapY);

const shorten = (text: string) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

/** Absent where no event of the incident was made from another. */
export function LineageView({ events }: { events: Event[] }) {
  const { t } = useTranslation();
  const graph = useMemo(() => lineageGraph(events), [events]);
  if (graph.edges.length === 0) return null;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const size = { width: graph.columns * (width + gapX) - gapX + 2, height: graph.rows * (height + gapY) - gapY + 2 };
  return (
    <Section title={t('incident.lineage')}>
      <Text size="xs" c="dimmed" mb="sm">
        {t('incident.lineage_text')}
      </Text>
      <div className={classes.scroller} tabIndex={0} role="region" aria-label={t('incident.lineage')}>
        <svg width={size.width} height={size.height} viewBox={`-1 -1 ${size.width} ${size.height}`} className={classes.graph}>
          {graph.edges.map((edge) => (
            <Arrow key={`${edge.from}>${edge.to}`} edge={edge} nodes={nodes} />
          ))}
          {graph.nodes.map((node) => (
            <Box key={node.id} node={node} />
          ))}
        </svg>
      </div>
    </Section>
  );
}

function Arrow({ edge, nodes }: { edge: GraphEdge; nodes: Map<string, GraphNode> }) {
  const from = nodes.get(edge.from);
  const to = nodes.get(edge.to);
  if (!from || !to) return null;
  const x1 = left(from) + width;
  const y1 = top(from) + height / 2;
  const x2 = left(to) - 7;
  const y2 = top(to) + height / 2;
  const bend = (x1 + x2) / 2;
  return (
    <g className={classes.arrow}>
      <path d={`M${x1} ${y1} C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`} />
      <path d={`M${x2 - 1} ${y2 - 4} L${x2 + 6} ${y2} L${x2 - 1} ${y2 + 4} Z`} className={classes.tip} />
    </g>
  );
}

function Box({ node }: { node: GraphNode }) {
  const activity = activityOf(node.event);
  const name = lastName(activity?.file?.path ?? activity?.destination?.name ?? node.id);
  const what = activity ? `${label('activity', activity.kind)} · ${label('channel', activity.channel)}` : '';
  return (
    <g transform={`translate(${left(node)} ${top(node)})`} className={classes.box}>
      <title>{`${what}: ${activity?.file?.path ?? node.id}`}</title>
      <rect width={width} height={height} rx={5} />
      <text x={10} y={19} className={classes.name}>
        {shorten(name)}
      </text>
      <text x={10} y={36} className={classes.what}>
        {shorten(what)}
      </text>
    </g>
  );
}
