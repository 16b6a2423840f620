// A page with a form needs no script of its own but these two.
import "./site.js";
import "./ecoplan/form.js";
