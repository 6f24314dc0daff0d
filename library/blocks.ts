/** The entry `coffer/blocks`: what blocks of other packages are made of. See docs/blocks/README.md. */
export * from '../shared/blocks/sdk.ts'
