import { local } from '@pulumi/command'
import * as gcp from '@pulumi/gcp'
import { interpolate, type Output, type Resource } from '@pulumi/pulumi'
import { createExpiringBucket } from './bucket.ts'
import { createAccount } from './services/identity.ts'
import type { Settings } from './settings.ts'
import { digestOf, recipes, type Recipe } from './sources.ts'

/** Images can be built again from their sources, so the repository stores few. */
const keptImages = 20
const uploadedSourceDays = 1

/**
 * Builds the images with Cloud Build. The tag is the digest of the inputs and immutable. Unchanged inputs are not built again,
 * and a rollback uses the existing image. Returns references by content digest.
 */
export function createImages(settings: Settings, apis: Resource[]) {
  const { project, region, name } = settings
  const repository = new gcp.artifactregistry.Repository(
    'images',
    {
      project,
      location: region,
      repositoryId: name,
      format: 'DOCKER',
      dockerConfig: { immutableTags: true },
      cleanupPolicies: [
        { id: 'keep-recent', action: 'KEEP', mostRecentVersions: { keepCount: keptImages } },
        { id: 'delete-old', action: 'DELETE', condition: { olderThan: `${90 * 24 * 3600}s` } },
      ],
    },
    { dependsOn: apis },
  )
  const { account, sources, grants } = createBuilder(settings, repository, apis)
  const build = ({ name: image, dockerfile, inputs }: Recipe): Output<string> => {
    const tag = `${region}-docker.pkg.dev/${project}/${name}/${image}:${digestOf(inputs)}`
    const command = new local.Command(
      `image-${image}`,
      {
        create: interpolate`node scripts/build-image.ts --image=${tag} --dockerfile=${dockerfile} --target=${image} --project=${project} --region=${region} --service-account=${account.name} --sources=gs://${sources.name}/source ${inputs.join(' ')}`,
        triggers: [tag],
        logging: 'stderr',
      },
      { dependsOn: [repository, ...grants] },
    )
    return command.stdout
  }
  const [app, render, blocks, clamav] = recipes.map(build)
  if (!app || !render || !blocks || !clamav) throw new Error('Expected four images')
  return { repository, app, render, blocks, clamav }
}

/** The service account of Cloud Build. It reads the uploaded sources and writes the repository and its log. */
function createBuilder(
  settings: Settings,
  repository: gcp.artifactregistry.Repository,
  apis: Resource[],
) {
  const { project } = settings
  const account = createAccount(settings, 'builder', 'The service account of Cloud Build')
  const { member } = account
  const sources = createExpiringBucket(settings, 'sources', uploadedSourceDays, apis)
  const grants = [
    new gcp.artifactregistry.RepositoryIamMember('builder', {
      project,
      location: repository.location,
      repository: repository.name,
      role: 'roles/artifactregistry.writer',
      member,
    }),
    new gcp.storage.BucketIAMMember('builder', {
      bucket: sources.name,
      role: 'roles/storage.objectViewer',
      member,
    }),
    new gcp.projects.IAMMember('builder-log', { project, role: 'roles/logging.logWriter', member }),
  ]
  return { account, sources, grants }
}
