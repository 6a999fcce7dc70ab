// Prints `N passed, N failed` from the test runner's own JSON reports, as the closing line of
// .ci/run. A report that is not there (the runner itself died) is a failure too.
import { existsSync, readFileSync } from 'node:fs'

const files = process.argv.slice(2)
const counts = files.length === 0 ? [{ passed: 0, failed: 1 }] : files.map(countsOf)
const passed = counts.reduce((sum, one) => sum + one.passed, 0)
const failed = counts.reduce((sum, one) => sum + one.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function countsOf(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const brokenFiles = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  ).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles }
}
