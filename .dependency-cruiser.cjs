/**
 * The walls of the house (docs/architecture.md): imports go one way.
 *
 * `only('x', [...])` reads: files in room x may import from x itself, from npm, and from the rooms listed.
 */
const only = (room, allowed) => ({
  name: `walls-of-${room}`,
  comment: `src/${room} may import only from: ${[room, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    only('domain', []),
    {
      name: 'the-domain-is-pure',
      comment: 'The domain knows no library and no Node API.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-no-pkg', 'unknown'] },
    },
    only('platform', []),
    only('outbound', ['platform']),
    only('event-store', ['domain', 'platform']),
    only('commands', ['domain', 'event-store']),
    only('projections', ['domain', 'event-store', 'platform']),
    only('queries', ['domain', 'platform']),
    only('notifications', ['domain', 'event-store', 'commands', 'outbound', 'platform']),
    only('history', ['domain', 'event-store', 'projections', 'queries', 'platform']),
    only('accounts', ['domain', 'platform']),
    only('audit', ['domain', 'event-store', 'projections', 'queries', 'platform']),
    only('processes', ['domain', 'event-store', 'commands', 'queries', 'audit', 'platform']),
    only('monitoring', ['domain', 'event-store', 'commands', 'outbound', 'platform']),
    only('http', [
      ...[
        'domain',
        'commands',
        'queries',
        'history',
        'audit',
        'accounts',
        'monitoring',
        'platform',
      ],
    ]),
    only('demo', ['platform']),
    only('cli', ['composition', 'audit', 'demo', 'platform']),
    {
      name: 'only-composition-knows-the-container',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/composition/' },
      to: { path: 'node_modules/(inversify|reflect-metadata)' },
    },
    ...['postgres', 'eventstoredb'].map((adapter) => ({
      name: `the-port-does-not-know-its-adapters-${adapter}`,
      severity: 'error',
      from: { path: '^src/(?!composition)', pathNot: `^src/event-store/${adapter}/` },
      to: { path: `^src/event-store/${adapter}/` },
    })),
    {
      name: 'only-its-adapter-knows-the-eventstoredb-client',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/event-store/eventstoredb/' },
      to: { path: 'node_modules/@eventstore/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
