import { checkedStack } from './checked-stack.ts'
import { command, say } from './command.ts'

await command(async () => {
  const { project, region } = await checkedStack()
  say(`${project} is ready for a deployment in ${region}.`)
})
