import type { Issue } from '../../base/issue.ts'
import type { Catalogues } from '../../model/catalogue.ts'
import type { YamlMap } from '../../sigma/parse/document.ts'

/** Tags of a document that name what catalogues do not have any more, or never had. */
export const lintTags = (document: YamlMap, catalogues: Catalogues): readonly Issue[] => {
  const tags = document.entries.get('tags')?.value
  if (tags?.kind !== 'list') return []
  return tags.items.flatMap((item): readonly Issue[] => {
    const tag = item.kind === 'scalar' ? String(item.value).toLowerCase() : ''
    const [namespace, name] = splitOnce(tag)
    const found =
      namespace === 'attack'
        ? attackFault(name, catalogues)
        : namespace === 'threat-matrix'
          ? matrixFault(name, catalogues)
          : undefined
    return found === undefined ? [] : [{ ...found, at: item.place }]
  })
}

const splitOnce = (tag: string): readonly [string, string] => {
  const dot = tag.indexOf('.')
  return dot < 0 ? [tag, ''] : [tag.slice(0, dot), tag.slice(dot + 1)]
}

type Fault = Pick<Issue, 'code' | 'message'> | undefined

/** Groups, software and data sources are not in the catalogue: they are let be. */
const ELSEWHERE = /^(?:g|s|ds|c|m)\d{4}$|^ds-/

const attackFault = (name: string, { attack }: Catalogues): Fault => {
  const { version, tactics, retired } = attack
  if (/^t\d{4}(?:\.\d{3})?$/.test(name)) return techniqueFault(name.toUpperCase(), attack)
  const shortname = name.replaceAll('_', '-')
  if (ELSEWHERE.test(name) || tactics.some((one) => one.shortname === shortname)) return undefined
  const old = retired.tactics.find((one) => one.shortname === shortname)
  if (old === undefined) {
    return { code: 'lint/unknown-attack', message: `ATT&CK ${version} has no tactic "${name}"` }
  }
  const successors = old.successors.map((one) => `attack.${one}`).join(' or ')
  return {
    code: 'lint/stale-attack',
    message: `ATT&CK ${version} has no tactic ${old.name} any more: ${successors}`,
  }
}

/** The catalogue holds what clusters need: a technique that it lacks may exist. */
const techniqueFault = (id: string, { version, retired }: Catalogues['attack']): Fault => {
  const old = retired.techniques.find((one) => one.id === id)
  if (old === undefined) return undefined
  const now = `attack.${old.successor.toLowerCase()}`
  const message = `ATT&CK ${version} has no ${id} (${old.name}) any more: ${now}`
  return { code: 'lint/stale-attack', message }
}

const matrixFault = (name: string, { threatMatrix }: Catalogues): Fault => {
  if (threatMatrix.techniques.some(({ id }) => id.toLowerCase() === name)) return undefined
  const code = 'lint/unknown-threat-matrix'
  return { code, message: `Microsoft's threat matrix has no "${name.toUpperCase()}"` }
}
