import { stringify } from 'yaml'
import {
  AUDIT_FOLDER,
  AUDIT_LOG_FOLDER,
  apiserverFlags,
  type Flag,
  type FlagLoad,
  nameAndValue,
  USUAL_LOAD,
} from '../../../kubernetes/audit-flags/advised-flags.ts'

/** Forms that the flags that are advised can be printed in. */
export const FLAG_FORMS = ['flags', 'kubeadm', 'k3s', 'rke2', 'kops', 'talos'] as const

/** One of them. */
export type PrintedForm = (typeof FLAG_FORMS)[number]

/** The flags that are advised, as a file of whoever runs the API server. */
export const printFlags = (
  form: PrintedForm,
  minor: number,
  load: FlagLoad = USUAL_LOAD,
): string => {
  const flags = apiserverFlags(`${AUDIT_FOLDER}/webhook.yaml`, load)
  return `${headOf(load)}${formOf(form, minor, flags)}`
}

/** What the values are for. They do not depend on the release; where they are written may. */
const headOf = ({ rate, eventBytes }: FlagLoad): string =>
  `# For up to ${rate} events/s of ${eventBytes} bytes at one API server. The values are the same for
# Kubernetes 1.25 to 1.37.
`

const formOf = (form: PrintedForm, minor: number, flags: readonly Flag[]): string => {
  switch (form) {
    case 'flags':
      return flags.map(({ flag, why }) => `# ${why}\n${flag}\n`).join('')
    case 'kubeadm':
      return kubeadm(flags, minor)
    case 'k3s':
      return `${K3S}${yaml({ 'kube-apiserver-arg': flags.map(bare) })}`
    case 'rke2':
      return `${RKE2}${yaml(rke2(flags))}`
    case 'kops':
      return `${KOPS}${yaml(kops(flags))}`
    case 'talos':
      return `${TALOS}${yaml(talos(flags))}`
  }
}

const yaml = (value: object): string => stringify(value, { lineWidth: 0 })

const bare = ({ flag }: Flag): string => flag.slice(2)

const isWebhook = (flag: Flag): boolean => flag.flag.startsWith('--audit-webhook-')

const VOLUMES = [
  { name: 'audit', path: AUDIT_FOLDER, readOnly: true },
  { name: 'audit-log', path: AUDIT_LOG_FOLDER, readOnly: false },
]

/** kubeadm has v1beta4 from 1.31 on; there arguments are a list. */
const kubeadm = (flags: readonly Flag[], minor: number): string => {
  const isList = minor >= 31
  const list = flags.map(nameAndValue).map(([name, value]) => ({ name, value }))
  return `${KUBEADM}${yaml({
    apiVersion: `kubeadm.k8s.io/${isList ? 'v1beta4' : 'v1beta3'}`,
    kind: 'ClusterConfiguration',
    apiServer: {
      extraArgs: isList ? list : Object.fromEntries(flags.map(nameAndValue)),
      extraVolumes: VOLUMES.map(({ name, path, readOnly }) => ({
        name,
        hostPath: path,
        mountPath: path,
        readOnly,
        pathType: 'DirectoryOrCreate',
      })),
    },
  })}`
}

const rke2 = (flags: readonly Flag[]): object => {
  const [policy] = flags.filter(({ flag }) => flag.startsWith('--audit-policy-file='))
  return {
    ...(policy === undefined ? {} : { 'audit-policy-file': nameAndValue(policy)[1] }),
    'kube-apiserver-arg': flags.filter((flag) => flag !== policy).map(bare),
    'kube-apiserver-extra-mount': VOLUMES.map(
      ({ path, readOnly }) => `${path}:${path}:${readOnly ? 'ro' : 'rw'}`,
    ),
  }
}

/**
 * kOps has a field for each of these flags, and none for truncation. Of the folders of a host its
 * API server sees this one, and the log.
 */
const kops = (all: readonly Flag[]): object => {
  const flags = all.map(({ flag, why }) => ({
    flag: flag
      .replace(`=${AUDIT_FOLDER}/`, `=${KOPS_FOLDER}/audit-`)
      .replace(/(-log-path)=.*/, `$1=${KOPS_LOG}`),
    why,
  }))
  const fields = flags
    .map(nameAndValue)
    .filter(([name]) => !name.includes('-truncate-'))
    .map(([name, value]) => [KOPS_FIELDS.get(name) ?? camel(name), kopsValue(name, value)])
  return { spec: { kubeAPIServer: Object.fromEntries(fields) } }
}

const KOPS_FOLDER = '/srv/kubernetes/kube-apiserver'
const KOPS_LOG = '/var/log/kube-apiserver-audit.log'

/** Fields that are not spelt like their flag. */
const KOPS_FIELDS: ReadonlyMap<string, string> = new Map([
  ['audit-log-maxsize', 'auditLogMaxSize'],
  ['audit-log-maxbackup', 'auditLogMaxBackups'],
  ['audit-log-maxage', 'auditLogMaxAge'],
])

const camel = (name: string): string =>
  name.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase())

/** A quantity is a text, other numbers are numbers. */
const kopsValue = (name: string, value: string): string | number =>
  /^\d+$/.test(value) && !name.endsWith('-qps') ? Number(value) : value

/** Talos sets the policy and the log by itself; the webhook needs a file on the host. */
const talos = (flags: readonly Flag[]): object => ({
  cluster: {
    apiServer: {
      extraArgs: Object.fromEntries(flags.filter(isWebhook).map(nameAndValue)),
      extraVolumes: [{ hostPath: TALOS_FOLDER, mountPath: AUDIT_FOLDER, readonly: true }],
      auditPolicy: {
        apiVersion: 'audit.k8s.io/v1',
        kind: 'Policy',
        rules: [{ level: 'Metadata' }],
      },
    },
  },
})

const TALOS_FOLDER = '/var/etc/kubernetes/audit'

const KUBEADM = `# kubeadm: put this into the ClusterConfiguration (kubectl -n kube-system edit configmap kubeadm-config),
# then on each control plane node: kubeadm init phase control-plane apiserver --config FILE
`
const K3S = `# k3s: /etc/rancher/k3s/config.yaml of each server, then: systemctl restart k3s
`
const RKE2 = `# RKE2: /etc/rancher/rke2/config.yaml of each server, then: systemctl restart rke2-server
`
const KOPS = `# kOps: kops edit cluster. The policy and the file of the webhook come onto the hosts by spec.fileAssets.
# kOps has no field for truncation: then an event that cannot be encoded takes its batch with it.
`
const TALOS = `# Talos: a patch of the machine configuration of control plane nodes (talosctl patch machineconfig).
# Talos gives the API server the policy below and writes the log to /var/log/audit/kube; the file of the
# webhook comes onto the host by machine.files.
`
