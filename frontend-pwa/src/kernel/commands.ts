// The arguments of every command, by its name, as the server describes them.

import type { operations } from './schema'

type Body<O> = O extends { requestBody?: { content: { 'application/json': infer A } } } ? A : never

/** Names of commands: operations called `feature.verb_noun`. */
export type CommandName = Extract<keyof operations, `${string}.${string}`>
export type CommandArgs<N extends CommandName> = Body<operations[N]>
