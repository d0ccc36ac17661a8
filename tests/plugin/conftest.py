"""Keep pytest out of this package: tests/test_plugin_package.py installs it and tests it."""

collect_ignore_glob = ["*"]
