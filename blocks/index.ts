/**
 * The blocks of this server, one line each. Their modules are loaded with `import()`, and a module loads its large packages when a run
 * needs them.
 */
export const blocks = [async () => (await import('./images/resize-image.ts')).resizeImage] as const
