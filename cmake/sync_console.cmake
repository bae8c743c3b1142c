# Makes TO, in the build tree, hold what FROM, in the source tree, holds: FILES (relative, in a file of lines) and nothing else but
# what npm put there. So node_modules and generated code never stand in the source tree.
file(GLOB present LIST_DIRECTORIES true RELATIVE ${TO} ${TO}/*)
foreach(name ${present})
  if(NOT name MATCHES "^(node_modules|package-lock\\.json)$")
    file(REMOVE_RECURSE ${TO}/${name})
  endif()
endforeach()
file(STRINGS ${FILES} names)
foreach(name ${names})
  get_filename_component(folder ${name} DIRECTORY)
  file(COPY ${FROM}/${name} DESTINATION ${TO}/${folder})
endforeach()
