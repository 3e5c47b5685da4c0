"""What knitr's table formats look like, one file each; `layout` lays the cells out."""
