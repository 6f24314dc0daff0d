import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Target } from '../support/target.ts'

/**
 * Tokens from a program of the deployment. It gets a user's name and claims as JSON and prints the
 * value of the `Authorization` header. It runs once for each user.
 */
export function commandToken(command: string): Target['token'] {
  const [program = '', ...args] = command.split(' ')
  const known = new Map<string, Promise<string>>()
  const ask = async (user: string, claims: string) => {
    const { stdout } = await promisify(execFile)(program, [...args, user, claims])
    return stdout.trim()
  }
  return (user, claims = {}) => {
    const key = JSON.stringify([user, claims])
    const token = known.get(key) ?? ask(user, JSON.stringify(claims))
    known.set(key, token)
    return token
  }
}
