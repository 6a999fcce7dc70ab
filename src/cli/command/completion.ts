import type { Command } from '../command.ts'
import { formatOption } from './common.ts'

/** `deckwatch completion SHELL`. */
export const completion: Command = {
  kind: 'command',
  name: 'completion',
  about: 'Print a script that completes commands and options in your shell.',
  arguments: [{ name: 'SHELL', about: 'bash, zsh or fish', required: true }],
  options: [formatOption('How to write the script.', ['text', 'json'])],
  examples: [
    { command: 'source <(deckwatch completion bash)', about: 'in ~/.bashrc' },
    { command: 'source <(deckwatch completion zsh)', about: 'in ~/.zshrc, after compinit' },
    { command: 'deckwatch completion fish | source', about: 'in ~/.config/fish/config.fish' },
  ],
  run: async (given, shell) => {
    const { completionScript, SHELLS } = await import('../completion-script.ts')
    const { commands } = await import('../registry.ts')
    const { CommandError, EXIT } = await import('../shell.ts')
    const script = completionScript(given.arguments[0] ?? '', commands)
    if (script === undefined) {
      throw new CommandError(
        EXIT.environment,
        `no completion for the shell "${given.arguments[0]}"`,
        `name one of ${SHELLS.join(', ')}`,
      )
    }
    const json = given.text('format') === 'json'
    await shell.output.write(json ? `${JSON.stringify({ script })}\n` : script)
    return EXIT.nothing
  },
}
