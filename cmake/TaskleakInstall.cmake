# Filled with the export of the targets.
