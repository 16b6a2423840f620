from ._ecoplan import plan
