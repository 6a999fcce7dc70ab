import type { Command } from '../../command.ts'
import { formatOption, NO_COLOR_OPTION } from '../common.ts'

/** `deckwatch policy flags`. */
export const flags: Command = {
  kind: 'command',
  name: 'flags',
  about: 'Check the audit flags of an API server, or print those that are advised.',
  arguments: [
    {
      name: 'FILE',
      about:
        'The manifest of its pod, the configuration of kubeadm, k3s, RKE2, kOps or Talos, a unit, /proc/PID/cmdline; - is the standard input. Behind --, the flags themselves.',
      required: false,
      repeat: true,
    },
  ],
  options: [
    {
      name: '--print',
      value: 'FORM',
      about:
        'Print the flags that are advised at this rate instead, for whoever runs the API server.',
      choices: ['flags', 'kubeadm', 'k3s', 'rke2', 'kops', 'talos'],
    },
    {
      name: '--kubernetes-version',
      value: '1.N',
      about:
        'The release; defaults of log files changed in 1.36. Default: what the file says, else 1.36.',
    },
    {
      name: '--rate',
      value: 'EVENTS/S',
      about: 'Events a second at one API server.',
      default: '1000',
    },
    {
      name: '--event-bytes',
      value: 'N',
      about: 'Bytes of the mean event, as a log line.',
      default: '1500',
    },
    {
      name: '--policy',
      value: 'FILE',
      about: 'The audit policy that it loads: some flags are right with some policies only.',
    },
    formatOption('How to write it.', ['text', 'json']),
    NO_COLOR_OPTION,
  ],
  examples: [
    {
      command: 'deckwatch policy flags /etc/kubernetes/manifests/kube-apiserver.yaml --rate 300',
      about: 'on a host of kubeadm',
    },
    {
      command: 'deckwatch policy flags -- --audit-policy-file=p.yaml --audit-log-path=a.log',
      about: 'flags as they are',
    },
    { command: 'deckwatch policy flags --print k3s', about: 'what is advised, for k3s' },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-flags.ts')).runPolicyFlags(given, shell),
}
