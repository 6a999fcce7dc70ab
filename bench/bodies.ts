import { APPLICATIONS } from './population.ts'
import type { Random } from './random.ts'

/**
 * A Pod as the API server answers it, of about `bytes` bytes: more containers and fields for more.
 */
export const makePod = (random: Random, name: string, namespace: string, bytes: number): object => {
  const containers = [makeContainer(random)]
  while (containers.length * 640 < bytes - 900 && containers.length < 12) {
    containers.push(makeContainer(random))
  }
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: makeMetadata(random, name, namespace),
    spec: {
      volumes: [{ name: `kube-api-access-${random.suffix(5)}`, projected: { defaultMode: 420 } }],
      containers,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      nodeName: `node-${1 + random.below(6)}`,
      securityContext: {},
      schedulerName: 'default-scheduler',
    },
    ...(bytes < 1_000 ? {} : { status: makeStatus(random) }),
  }
}

/** The privileged pod of an intruder: what the detection C01 is about. */
export const makePrivilegedPod = (name: string): object => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name },
  spec: {
    containers: [{ name: 'c', image: 'busybox', securityContext: { privileged: true } }],
  },
})

function makeMetadata(random: Random, name: string, namespace: string): object {
  const app = random.one(APPLICATIONS)
  return {
    name,
    generateName: `${app}-${random.hex(9)}-`,
    namespace,
    uid: random.uuid(),
    resourceVersion: String(100_000 + random.below(9_000_000)),
    creationTimestamp: '2026-11-20T21:52:57Z',
    labels: { app, 'pod-template-hash': random.hex(9) },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: `${app}-${random.hex(9)}`,
        uid: random.uuid(),
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  }
}

function makeContainer(random: Random): object {
  const app = random.one(APPLICATIONS)
  return {
    name: app,
    image: `registry.example.com/${app}@sha256:${random.hex(64)}`,
    args: ['--config', `/etc/${app}/config.yaml`, `--instance=${random.suffix(8)}`],
    ports: [{ containerPort: 8000 + random.below(900), protocol: 'TCP' }],
    env: [
      { name: 'RELEASE', value: random.hex(12) },
      { name: 'REGION', value: `zone-${1 + random.below(3)}` },
    ],
    resources: { limits: { cpu: '1', memory: `${64 * (1 + random.below(30))}Mi` } },
    volumeMounts: [
      {
        name: `kube-api-access-${random.suffix(5)}`,
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ],
    imagePullPolicy: 'IfNotPresent',
  }
}

function makeStatus(random: Random): object {
  const at = `2026-11-20T2${random.below(4)}:${10 + random.below(50)}:${10 + random.below(50)}Z`
  return {
    phase: 'Running',
    conditions: ['PodScheduled', 'Initialized', 'Ready'].map((type) => ({
      type,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: at,
    })),
    podIP: `10.244.${random.below(250)}.${random.below(250)}`,
    startTime: at,
  }
}
