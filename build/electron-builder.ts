import type { Configuration } from 'electron-builder';

/** Packages that the bundles do not contain because they hold native code or fonts, and what those need at run time. */
export const SHIPPED_PACKAGES: readonly string[] = [
  'better-sqlite3',
  '@serialport',
  'node-gyp-build',
  'debug',
  'ms',
  'dejavu-fonts-ttf',
];

/** The fonts of the acceptance report: two of the 21 in their package, which are 10 MB. */
export const SHIPPED_FONTS: readonly string[] = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];

/** Switched at packaging, before signing; `check-package.ts` reads them back from the program. */
export const FUSES = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true, // checked by Electron on macOS and Windows; on Linux the package manager's signature stands for it
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
} as const;

/**
 * The installable app. Everything that Node runs lies unpacked beside the archive: threads and plain Node cannot look
 * into an archive, and so the same package also runs headless.
 * @param options.electronDist folder or zip of Electron for a site that cannot download it
 */
export function packagerConfig(options: { output: string; electronDist?: string }): Configuration {
  return {
    appId: 'example.gatehouse.gateway',
    productName: 'Gatehouse',
    executableName: 'gatehouse',
    copyright: 'The Gatehouse maintainers, Apache-2.0',
    directories: { output: options.output, buildResources: 'build/icons' },
    ...(options.electronDist === undefined ? {} : { electronDist: options.electronDist }),
    files: [
      'package.json',
      'dist/{core,electron,renderer}/**',
      'dist/package.json',
      '!**/*.map',
      '!**/*.ts',
      `!node_modules/!(${SHIPPED_PACKAGES.join('|')}){,/**}`,
      '!node_modules/@serialport/!(bindings-cpp|bindings-interface|parser-readline|parser-delimiter){,/**}',
      // Only this platform's native code; the C sources of SQLite and the bindings are 20 MB that nothing reads.
      '!node_modules/better-sqlite3/{src,deps}{,/**}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of electron-builder
      '!node_modules/better-sqlite3/prebuilds/!(${platform}-${arch}.node)',
      '!node_modules/@serialport/bindings-cpp/{src,build}{,/**}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of electron-builder
      '!node_modules/@serialport/bindings-cpp/prebuilds/!(${platform}-${arch}){,/**}',
      '!node_modules/dejavu-fonts-ttf/!(ttf|LICENSE|package.json){,/**}',
      `!node_modules/dejavu-fonts-ttf/ttf/!(${SHIPPED_FONTS.join('|')})`,
      '!**/node_modules/node-addon-api{,/**}', // headers for compiling
      '!**/binding.gyp',
      '!**/{README,CHANGELOG}.md',
    ],
    asar: true,
    asarUnpack: ['dist/**', 'node_modules/**'],
    npmRebuild: false, // all native code is Node-API: one binary for Node and Electron
    nodeGypRebuild: false,
    buildDependenciesFromSource: false,
    electronFuses: { ...FUSES },
    extraResources: [{ from: 'build/service', to: 'service' }],
    linux: {
      target: ['deb', 'AppImage'],
      category: 'Utility',
      // As core/cli/become.ts does for Node: the main process has many threads that come and go, too.
      executableArgs: ['--js-flags=--no-memory-protection-keys'],
      maintainer: 'The Gatehouse maintainers <maintainers@gatehouse.example>',
      vendor: 'The Gatehouse maintainers',
      synopsis: 'Edge gateway with a console',
      description: 'Connects devices, runs functions beside them, keeps what must not be lost, and shows a technician how it is.',
      desktop: {
        entry: {
          Name: 'Gatehouse',
          Comment: 'Edge gateway console',
          StartupWMClass: 'gatehouse',
          Keywords: 'gateway;modbus;mqtt;',
        },
      },
    },
    deb: { priority: 'optional', packageCategory: 'net', recommends: ['cage'], compression: 'xz' },
    win: { target: ['nsis'] },
    nsis: { oneClick: false, perMachine: true, allowToChangeInstallationDirectory: true, deleteAppDataOnUninstall: false },
    publish: null,
  };
}
