import { admission } from './admission.ts'
import { aks, aksTable } from './aks.ts'
import { eksFilterLogEvents, eksInsights, eksSubscription } from './eks.ts'
import { eventList } from './event-list.ts'
import { docker, filebeat, fluentBit, otlp, vector } from './forwarders.ts'
import { gke } from './gke.ts'
import type { Shape } from './shape.ts'
import { elasticsearch, loki, splunk } from './siem.ts'

/** Every shape of a JSON record, in the order in which they are tried: the first to open wins. */
export const SHAPES: readonly Shape[] = [
  eventList,
  gke,
  admission,
  aks,
  aksTable,
  eksSubscription,
  eksFilterLogEvents,
  eksInsights,
  otlp,
  elasticsearch,
  splunk,
  loki,
  docker,
  filebeat,
  fluentBit,
  vector,
]
