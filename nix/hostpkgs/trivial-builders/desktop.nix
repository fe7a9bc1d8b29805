# Entries of applications for desktops.
final:
let
  inherit (final) lib;
in
{
  makeDesktopItem = lib.makeOverridable (
    {
      name,
      type ? "Application",
      desktopName,
      genericName ? null,
      noDisplay ? null,
      comment ? null,
      icon ? null,
      onlyShowIn ? [ ],
      notShowIn ? [ ],
      dbusActivatable ? null,
      tryExec ? null,
      exec ? null,
      path ? null,
      terminal ? null,
      # { name = { name; icon; exec; }; }
      actions ? { },
      mimeTypes ? [ ],
      categories ? [ ],
      implements ? [ ],
      keywords ? [ ],
      startupNotify ? null,
      startupWMClass ? null,
      url ? null,
      prefersNonDefaultGPU ? null,
      extraConfig ? { },
      destination ? "/share/applications",
    }:
    let
      list = values: if values == [ ] then null else lib.concatMapStrings (v: "${v};") values;
      section =
        title: values:
        "[${title}]\n"
        + lib.generators.toKeyValue { } (lib.filterAttrs (_: value: value != null) values);
      main = {
        Type = type;
        Version = "1.5";
        Name = desktopName;
        GenericName = genericName;
        NoDisplay = noDisplay;
        Comment = comment;
        Icon = icon;
        OnlyShowIn = list onlyShowIn;
        NotShowIn = list notShowIn;
        DBusActivatable = dbusActivatable;
        TryExec = tryExec;
        Exec = exec;
        Path = path;
        Terminal = terminal;
        Actions = list (builtins.attrNames actions);
        MimeType = list mimeTypes;
        Categories = list categories;
        Implements = list implements;
        Keywords = list keywords;
        StartupNotify = startupNotify;
        StartupWMClass = startupWMClass;
        URL = url;
        PrefersNonDefaultGPU = prefersNonDefaultGPU;
      }
      // extraConfig;
      action =
        key: value:
        "\n"
        + section "Desktop Action ${key}" {
          Name = value.name;
          Icon = value.icon or null;
          Exec = value.exec or null;
        };
    in
    final.writeTextFile {
      name = "${name}.desktop";
      destination = "${destination}/${name}.desktop";
      text = section "Desktop Entry" main + lib.concatStrings (lib.mapAttrsToList action actions);
    }
  );

  # Installs the package's `desktopItems`.
  copyDesktopItems = final.makeSetupHook { name = "copy-desktop-items-hook"; } ./copy-desktop-items.sh;
}
