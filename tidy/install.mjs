// Installs the packages of the lockfile when what is installed is not what it says, so that
// `npm start` and `npm test` need nothing before them. Plain JavaScript: this runs before the
// project's own Node.js is there, on whatever Node.js ≥ 20 the user has.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)

if (!isInstalled()) {
  console.error('deckwatch: installing what package-lock.json lists (once) …')
  const done = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) {
    console.error('deckwatch: `npm ci` failed; see its message above.')
    process.exit(3)
  }
}

/** Whether every package that is needed is there in the version that the lockfile names. */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const found = readPackages('node_modules/.package-lock.json')
  if (wanted === undefined || found === undefined) return false
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      (found[path] === undefined ? entry.optional : found[path].version === entry.version),
  )
}

function readPackages(name) {
  try {
    return JSON.parse(readFileSync(new URL(name, root), 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
