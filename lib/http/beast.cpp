// Compiles Boost.Beast's own code once (BOOST_BEAST_SEPARATE_COMPILATION). Nothing of ours here.
#include <boost/beast/src.hpp>
