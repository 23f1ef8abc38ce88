import Glibc

exit(Command(CommandLine.arguments).run())
