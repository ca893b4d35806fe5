# SPDX-License-Identifier: Apache-2.0
"""Other libraries, measured in turns with blindfit."""
