import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { filesOf, root } from '../program/sources.ts'

const option = { type: 'string', default: '' } as const
const { values, positionals: inputs } = parseArgs({
  options: {
    image: option,
    dockerfile: option,
    target: option,
    project: option,
    region: option,
    'service-account': option,
    sources: option,
  },
  allowPositionals: true,
})
const { image, dockerfile, target, project, region, sources } = values
const repository = image.slice(0, image.lastIndexOf(':'))

// The Pulumi program runs this script. It builds the image unless it exists, and prints its reference by content digest.
const built = digest() ?? build()
if (built === undefined) throw new Error(`Cloud Build succeeded, but ${image} does not exist`)
process.stdout.write(`${repository}@${built}`)

function digest(): string | undefined {
  const format = '--format=value(image_summary.digest)'
  try {
    return gcloud(['artifacts', 'docker', 'images', 'describe', image, format], 'ignore')
  } catch {
    return undefined
  }
}

/** Sends only the inputs to Cloud Build. */
function build(): string | undefined {
  const context = mkdtempSync(join(tmpdir(), 'coffer-image-'))
  try {
    for (const file of filesOf(inputs)) {
      mkdirSync(join(context, dirname(file)), { recursive: true })
      cpSync(join(root, file), join(context, file))
    }
    const where = [`--region=${region}`, `--gcs-source-staging-dir=${sources}`]
    const identity = `--service-account=${values['service-account']}`
    const substitutions = `--substitutions=_IMAGE=${image},_DOCKERFILE=${dockerfile},_TARGET=${target}`
    const submit = ['builds', 'submit', context, '--config=cloudbuild.yaml', substitutions]
    gcloud([...submit, ...where, identity], 'inherit')
    return digest()
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

/** The standard output; undefined if it is empty. */
function gcloud(args: string[], stderr: 'inherit' | 'ignore'): string | undefined {
  const text = execFileSync('gcloud', [...args, `--project=${project}`, '--quiet'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', stderr],
  })
  return text.trim() || undefined
}
