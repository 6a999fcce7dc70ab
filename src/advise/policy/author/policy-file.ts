import { toYaml } from '../../../kubernetes/audit-policy/load/to-yaml.ts'
import type { AuthoredPolicy } from './author.ts'

/** A policy as a file for an API server, with the reason for each rule. */
export const policyText = ({ preset, policy, reasons }: AuthoredPolicy): string =>
  toYaml(policy, {
    about: [
      `Audit policy, from the preset ${preset.name}. ${preset.about}`,
      'The first rule that matches a request decides.',
    ],
    rules: reasons,
  })
