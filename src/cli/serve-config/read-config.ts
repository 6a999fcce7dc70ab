import { formatPlace } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { counted } from '../output/words.ts'
import { readText } from '../rule-files.ts'
import { CommandError, EXIT } from '../shell.ts'
import { type ConfigFile, parseConfig } from './parse-config.ts'

/** Reads a configuration file; what is wrong with it is one CommandError that lists its issues. */
export const readConfig = async (file: string): Promise<ConfigFile> => {
  const { config, issues } = parseConfig(await readFileOf(file), file)
  if (config !== undefined) return config
  const shown = issues.slice(0, LIMIT.textRowsMax)
  const more = issues.length - shown.length
  throw new CommandError(
    EXIT.environment,
    [
      ...shown.map(({ at, message }) => `${formatPlace(at)}: ${message}`),
      ...(more > 0 ? [`and ${counted(more, 'more problem')}`] : []),
    ].join('; '),
    'docs/guide/connect-an-api-server.md shows a whole configuration',
  )
}

/** A configuration that is unreadable is a fault of the environment, not of a log. */
async function readFileOf(file: string): Promise<string> {
  try {
    return await readText(file, LIMIT.yamlBytesMax)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(EXIT.environment, error.message, error.remedy, error)
  }
}
