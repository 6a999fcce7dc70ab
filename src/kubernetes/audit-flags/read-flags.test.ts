import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatPlace } from '../../base/issue.ts'
import { describeCases } from '../testing/cases.ts'
import { readFlags } from './read-flags.ts'
import { Settings } from './settings.ts'

describeCases(import.meta.url, (_event, { input }) => {
  const found = readFlags(Buffer.from(String(input?.text)), '')
  if (typeof found === 'string') return { wrong: found }
  const settings = new Settings(found.flags, Number(input?.minor ?? 36))
  return {
    form: found.form,
    flags: found.flags.map(({ name, value }) => `${name}=${value}`),
    at: found.flags.map(({ at }) => formatPlace(at).slice(1)),
    mounts: found.mounts,
    release: found.release && `1.${found.release.minor} ${formatPlace(found.release.at).slice(1)}`,
    faults: settings.faults.map(({ message }) => message),
    wait: settings.number('audit-webhook-batch-max-wait'),
    compress: settings.on('audit-log-compress'),
    maxage: settings.number('audit-log-maxage'),
    maxsize: settings.number('audit-log-maxsize'),
    maxbackup: settings.number('audit-log-maxbackup'),
  }
})

it('flags are looked for without throwing, whatever the text', () => {
  const pieces = fc.constantFrom(
    ...['kube-apiserver ', '--audit-log-path', '=', '"', "'", '\\\n', '\0', '---\n', '- ', ': '],
    ...[
      '[',
      '{',
      'kind: Pod\n',
      'spec:',
      '\n  ',
      'containers',
      '\t',
      '<<: ',
      '&a ',
      '*a',
      '\ufeff',
    ],
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), (some) => {
      expect(readFlags(Buffer.from(some.join('')), 'f')).toBeDefined()
    }),
    { numRuns: 500, seed: 6 },
  )
})
