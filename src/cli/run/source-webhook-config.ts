import { stringify } from 'yaml'
import { LIMIT } from '../../base/limit.ts'
import {
  AUDIT_FOLDER,
  AUDIT_LOG_FOLDER,
  apiserverFlags,
  type Flag,
} from '../../kubernetes/audit-flags/advised-flags.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { jsonLine } from '../output/machine.ts'
import { readText } from '../rule-files.ts'
import { EXIT, type Shell } from '../shell.ts'
import { receiverUrl } from '../source-check/receiver-url.ts'

/** Runs `deckwatch source webhook-config`. */
export const runWebhookConfig = async (given: Given, shell: Shell): Promise<number> => {
  const url = receiverUrl(given)
  checkFiles(given, url)
  const kubeconfig = stringify(await kubeconfigOf(given, url), { lineWidth: 0 })
  const file = `${AUDIT_FOLDER}/webhook.yaml`
  const flags = apiserverFlags(file)
  await shell.output.write(
    given.text('format') === 'json'
      ? `${jsonLine({ file, kubeconfig, flags })}\n`
      : `${head(file)}${kubeconfig}${tail(flags)}`,
  )
  return EXIT.nothing
}

function checkFiles(given: Given, url: URL): void {
  if ((given.text('cert') === undefined) !== (given.text('key') === undefined)) {
    throw wrong('--cert and --key go together', 'give both, or neither')
  }
  const isPlain = url.protocol === 'http:'
  const shown = ['ca', 'cert', 'token-file'].find((name) => given.text(name) !== undefined)
  if (isPlain && shown !== undefined) {
    throw wrong(`--${shown} is of no use over plain HTTP`, 'give an https:// URL')
  }
  if (!isPlain && given.text('cert') === undefined && given.text('token-file') === undefined) {
    throw wrong('nothing would say who sends', 'give --cert and --key, or --token-file')
  }
  if (given.on('embed')) return
  for (const name of FILES) {
    const path = given.text(name)
    if (path === undefined || path.startsWith('/')) continue
    throw wrong(
      `--${name} ${path} is a relative path`,
      'give the path on the host of the API server, or --embed to put its content here',
    )
  }
}

const FILES = ['ca', 'cert', 'key', 'token-file'] as const

/** Upstream: kubernetes/client-go tools/clientcmd/api/v1/types.go. */
async function kubeconfigOf(given: Given, url: URL): Promise<object> {
  const name = 'deckwatch'
  const member = async (option: string, key: string): Promise<object> => {
    const path = given.text(option)
    if (path === undefined) return {}
    if (!given.on('embed')) return { [key]: path }
    const text = await readText(path, LIMIT.yamlBytesMax)
    if (option === 'token-file') return { token: text.trim() }
    return { [`${key}-data`]: Buffer.from(text).toString('base64') }
  }
  const cluster = {
    server: url.href,
    ...(await member('ca', 'certificate-authority')),
  }
  const user = {
    ...(await member('cert', 'client-certificate')),
    ...(await member('key', 'client-key')),
    ...(await member('token-file', 'tokenFile')),
  }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  }
}

const head = (file: string): string =>
  `# Save this on the host of the API server as ${file} (mode 0600).\n`

function tail(flags: readonly Flag[]): string {
  const lines = [
    '',
    'The flags of kube-apiserver that go with it (kubeadm: in /etc/kubernetes/manifests/kube-apiserver.yaml):',
    ...flags.flatMap(({ flag, why }) => ['', why, `    ${flag}`]),
    '',
    'kubeadm runs the API server in a pod, which must see the folders. In its manifest:',
    '',
    '    volumeMounts:',
    `    - { name: audit, mountPath: ${AUDIT_FOLDER}, readOnly: true }`,
    `    - { name: audit-log, mountPath: ${AUDIT_LOG_FOLDER} }`,
    '    volumes:',
    `    - { name: audit, hostPath: { path: ${AUDIT_FOLDER}, type: DirectoryOrCreate } }`,
    `    - { name: audit-log, hostPath: { path: ${AUDIT_LOG_FOLDER}, type: DirectoryOrCreate } }`,
  ]
  return lines.map((line) => (line === '' ? '#\n' : `# ${line}\n`)).join('')
}
