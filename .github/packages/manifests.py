"""The descriptions by which Homebrew, Nix, Scoop and winget fetch and install what `build` made, below `manifests/`."""

import hashlib
import json

LICENSE = "MIT OR Apache-2.0"
SUMMARY = "Runs a product's support process inside the product's Git repository"
NAME = "git-support"


def write(package, url):
    """Writes every description whose archive is there; each names the archive's checksum."""
    out = package.out / "manifests"
    source = package.out / f"{NAME}-{package.version}-source.tar.gz"
    files = {
        f"homebrew/{NAME}.rb": formula(source, url),
        "nix/package.nix": nix(package.version, source, url),
        "nix/flake.nix": FLAKE,
        "nix/Cargo.lock": (package.top / "Cargo.lock").read_text(),
    }
    zipped = package.out / f"{NAME}-{package.version}-windows-x86_64.zip"
    if zipped.exists():
        files[f"scoop/{NAME}.json"] = scoop(package.version, zipped, url)
        for suffix, text in winget(package.version, zipped, url).items():
            files[f"winget/GitSupport.GitSupport{suffix}.yaml"] = text
    for name, text in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)


def checksum(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def formula(source, url):
    return f"""\
class GitSupport < Formula
  desc "{SUMMARY}"
  homepage "{url}"
  url "{url}/{source.name}"
  sha256 "{checksum(source)}"
  license any_of: ["MIT", "Apache-2.0"]

  depends_on "rust" => :build

  def install
    system "cargo", "install", *std_cargo_args
    system bin/"{NAME}", "man", "--dir", man
    generate_completions_from_executable(bin/"{NAME}", "completions")
  end

  test do
    system bin/"{NAME}", "demo", "--fast", testpath/"demo"
  end
end
"""


def nix(version, source, url):
    return f"""\
{{ lib, rustPlatform, fetchurl, installShellFiles, gitMinimal }}:
rustPlatform.buildRustPackage {{
  pname = "{NAME}";
  version = "{version}";
  src = fetchurl {{
    url = "{url}/{source.name}";
    sha256 = "{checksum(source)}";
  }};
  cargoLock.lockFile = ./Cargo.lock;
  cargoBuildFlags = [ "--bin" "{NAME}" ];
  # The tests are run where the source is made; they need shells and a browser.
  doCheck = false;
  nativeBuildInputs = [ installShellFiles gitMinimal ];
  postInstall = ''
    $out/bin/{NAME} man --dir $out/share/man
    for shell in bash zsh fish; do
      $out/bin/{NAME} completions $shell > {NAME}.$shell
      installShellCompletion {NAME}.$shell
    done
  '';
  meta = {{
    description = "{SUMMARY}";
    license = with lib.licenses; [ mit asl20 ];
    mainProgram = "{NAME}";
  }};
}}
"""


FLAKE = """\
{
  inputs.nixpkgs.url = "nixpkgs/nixos-unstable";
  outputs = { nixpkgs, ... }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in {
      packages = each (pkgs: { default = pkgs.callPackage ./package.nix { }; });
    };
}
"""


def scoop(version, zipped, url):
    about = {
        "version": version, "description": SUMMARY, "homepage": url, "license": LICENSE, "depends": "git",
        "architecture": {"64bit": {"url": f"{url}/{zipped.name}", "hash": checksum(zipped)}},
        "bin": f"{NAME}.exe",
    }
    return json.dumps(about, indent=4) + "\n"


def winget(version, zipped, url):
    """The three files of a package (manifest schema 1.6.0)."""
    head = f"PackageIdentifier: GitSupport.GitSupport\nPackageVersion: {version}\n"

    def manifest(kind, body):
        schema = f"# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.1.6.0.schema.json\n"
        return f"{schema}{head}{body}ManifestType: {kind}\nManifestVersion: 1.6.0\n"

    installer = (
        "InstallerType: zip\nNestedInstallerType: portable\nNestedInstallerFiles:\n"
        f"- RelativeFilePath: {NAME}.exe\n  PortableCommandAlias: {NAME}\nDependencies:\n  PackageDependencies:\n"
        "  - PackageIdentifier: Git.Git\nInstallers:\n- Architecture: x64\n"
        f"  InstallerUrl: {url}/{zipped.name}\n  InstallerSha256: {checksum(zipped).upper()}\n"
    )
    locale = (
        f"PackageLocale: en-US\nPublisher: The git-support developers\nPackageName: {NAME}\nLicense: {LICENSE}\n"
        f"ShortDescription: {SUMMARY}\n"
    )
    return {
        "": manifest("version", "DefaultLocale: en-US\n"),
        ".installer": manifest("installer", installer),
        ".locale.en-US": manifest("defaultLocale", locale),
    }
