import type { JsonSchema } from '../json-schema.ts'

/**
 * What keeps a value from fitting a schema: paths with a reason. Knows the keywords that the
 * schema of rules uses, and throws for any other.
 */
export const validate = (root: JsonSchema, value: unknown): readonly string[] =>
  check({ root }, root, value, '')

interface Checking {
  readonly root: JsonSchema
}

const KNOWN = new Set([
  ...['$schema', '$defs', '$ref', 'title', 'description', 'type', 'enum', 'const', 'pattern'],
  ...['minimum', 'maximum', 'items', 'minItems', 'properties', 'patternProperties', 'required'],
  ...['additionalProperties', 'minProperties', 'anyOf', 'if', 'then', 'else'],
])

const check = (of: Checking, schema: JsonSchema, value: unknown, path: string): string[] => {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword))
  if (unknown.length > 0) throw new Error(`the schema uses ${unknown.join(', ')}`)
  const faults: string[] = []
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.replace('#/$defs/', '')
    const found = (of.root.$defs as Record<string, JsonSchema>)[name]
    if (found === undefined) throw new Error(`the schema has no ${name}`)
    faults.push(...check(of, found, value, path))
  }
  if (!isType(schema.type, value)) return [...faults, `${path}: is no ${schema.type}`]
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) faults.push(`${path}: no choice`)
  if ('const' in schema && schema.const !== value) faults.push(`${path}: not ${schema.const}`)
  if (typeof schema.pattern === 'string' && typeof value === 'string') {
    if (!new RegExp(schema.pattern, 'u').test(value)) faults.push(`${path}: not ${schema.pattern}`)
  }
  if (typeof value === 'number') {
    if (value < Number(schema.minimum ?? value)) faults.push(`${path}: too small`)
    if (value > Number(schema.maximum ?? value)) faults.push(`${path}: too large`)
  }
  if (Array.isArray(schema.anyOf)) {
    const tried = schema.anyOf.map((one: JsonSchema) => check(of, one, value, path))
    if (tried.every((found) => found.length > 0)) faults.push(...(tried[0] ?? []))
  }
  if (schema.if !== undefined) {
    const fits = check(of, schema.if as JsonSchema, value, path).length === 0
    const next = (fits ? schema.then : schema.else) as JsonSchema | undefined
    if (next !== undefined) faults.push(...check(of, next, value, path))
  }
  if (Array.isArray(value)) faults.push(...checkItems(of, schema, value, path))
  else if (typeof value === 'object' && value !== null) {
    faults.push(...checkMembers(of, schema, value as Record<string, unknown>, path))
  }
  return faults
}

const isType = (type: unknown, value: unknown): boolean => {
  if (type === undefined) return true
  if (Array.isArray(type)) return type.some((one) => isType(one, value))
  if (type === 'array') return Array.isArray(value)
  if (type === 'null') return value === null
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}

const checkItems = (
  of: Checking,
  schema: JsonSchema,
  value: readonly unknown[],
  path: string,
): string[] => {
  if (value.length < Number(schema.minItems ?? 0)) return [`${path}: too short`]
  const { items } = schema
  if (items === undefined) return []
  return value.flatMap((item, at) => check(of, items as JsonSchema, item, `${path}/${at}`))
}

const checkMembers = (
  of: Checking,
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
): string[] => {
  const required = (schema.required ?? []) as readonly string[]
  const lacking = required.filter((key) => !Object.hasOwn(value, key))
  const faults = lacking.map((key) => `${path}: lacks ${key}`)
  if (Object.keys(value).length < Number(schema.minProperties ?? 0)) faults.push(`${path}: empty`)
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>
  const patterns = Object.entries((schema.patternProperties ?? {}) as Record<string, JsonSchema>)
  for (const [key, member] of Object.entries(value)) {
    const own = Object.hasOwn(properties, key) ? [properties[key]] : []
    const fits = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(key))
    const all = [...own, ...fits.map(([, one]) => one)]
    const rest = schema.additionalProperties
    if (all.length === 0 && rest === false) faults.push(`${path}/${key}: unknown`)
    if (all.length === 0 && typeof rest === 'object') all.push(rest as JsonSchema)
    for (const one of all) {
      if (one !== undefined) faults.push(...check(of, one, member, `${path}/${key}`))
    }
  }
  return faults
}
