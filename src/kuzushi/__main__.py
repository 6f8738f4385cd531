"""python -m kuzushi"""

from kuzushi.cli import main

main()
