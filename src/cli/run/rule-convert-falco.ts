import { convertFalco } from '../../advise/convert/falco-to-sigma.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Given } from '../command.ts'
import { readText } from '../rule-files.ts'
import type { Conversions } from './rule-convert.ts'

/** Falco's rules for the audit log as Sigma rules; later files change what earlier ones say. */
export const convertFromFalco = async (given: Given): Promise<Conversions> => {
  const files = await Promise.all(
    given.arguments.map(async (file) => ({ file, text: await readText(file, LIMIT.yamlBytesMax) })),
  )
  const { rules, issues } = convertFalco(files)
  const converted = rules.flatMap(({ name, fileName, sigma, notes, place }) =>
    sigma === undefined
      ? []
      : [{ fileName: `${fileName}.yaml`, text: sigma, record: { name, sigma, notes, at: place } }],
  )
  return { converted, issues, separator: '---\n' }
}
